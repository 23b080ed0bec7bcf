"""The Explain page's parts: what is asked of the model, how the answer is found, drawn, heard and judged."""
