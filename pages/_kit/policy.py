"""What visitors of this server may load."""

import os

import streamlit as st

from core.sources import Policy

LOCAL = {"localhost", "127.0.0.1", "::1"}
HUB_SETTINGS = ("any", "catalogue", "none")


def policy() -> Policy:
    """What visitors of this server may load; folders where it listens on this computer alone, or a setting says so."""
    hub = os.environ.get("STRATA_HUB", "any")
    folders = os.environ.get("STRATA_LOCAL_FOLDERS", "")
    alone = st.get_option("server.address") in LOCAL
    return Policy(
        local_folders=folders == "yes" or (alone and folders != "no"), hub=hub if hub in HUB_SETTINGS else "none"
    )
