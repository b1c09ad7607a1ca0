"""`python -m enjoin` is the `enjoin` command."""

from enjoin import app

if __name__ == "__main__":
    app()
