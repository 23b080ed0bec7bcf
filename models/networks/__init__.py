"""Small networks on log-mel of Strata's own, written as classes of transformers; imported only when one is needed."""
