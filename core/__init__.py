"""What a pretrained audio model does with a sound, without a user interface.

Reading order: clip -> tiers -> grid -> family -> loading -> trace -> attention, similarity, lens -> figures.
Imports run one way: pages -> models -> core. Nothing here imports Streamlit.
"""
