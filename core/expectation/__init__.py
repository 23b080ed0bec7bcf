"""What a model that learned by masked prediction expects where it hears nothing."""
