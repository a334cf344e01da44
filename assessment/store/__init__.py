"""The store: participants, visits, uploads, runs and their files, kept until somebody deletes them.

`open_store()` gives the store, `Store.for_user` what one user sees of it; the modules `participants`, `uploads`,
`visits`, `runs`, `audit` and `transfer` hold what can be done with it. docs/store.md tells the whole of it.
"""

from assessment.store.database import Store, UserStore, open_store
from assessment.store.users import LOCAL_USER, Role, may

__all__ = ["LOCAL_USER", "Role", "Store", "UserStore", "may", "open_store"]
