"""How the checkpoints and the sample clips that ship with Strata were made."""
