"""Layers compared with layers, models with models, and what a task reads of them."""
