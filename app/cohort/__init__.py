"""Parts of the page about the cohort."""
