"""The contact problem: where the body may push, what is known of the forces, and how certain the answer is."""
