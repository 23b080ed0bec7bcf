"""The Attention page's parts: what is asked of the heads, and how the answer is written and drawn."""
