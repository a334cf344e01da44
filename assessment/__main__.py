"""`python -m assessment`."""

from assessment.cli import app

if __name__ == "__main__":
    app()
