"""What the pages share: with app.py and the pages, the only code that knows Streamlit."""
