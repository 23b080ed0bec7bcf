"""Import transformers so that its audio models work beside a CPU build of torch too.

PyPI's torchaudio is linked against CUDA: beside a CPU torch its native library does not load, and then neither does
any audio model of transformers. Its Python part (Kaldi filter banks, resampling) works without the library once
``torchaudio._extension`` says that there is none. Always write ``from core.audio_backend import transformers``.
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def without_native_library() -> ModuleType:
    """Build what torchaudio looks for when it was installed without its native library."""

    def fail_if_no_align(function: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*arguments: object, **named: object) -> None:
            raise RuntimeError(f"{function.__name__} needs the native library of torchaudio, which is not loaded.")

        return refuse

    stand_in = ModuleType("torchaudio._extension")
    contents = {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "fail_if_no_align": fail_if_no_align,
    }
    vars(stand_in).update(contents)
    return stand_in


def import_torchaudio() -> None:
    """Import torchaudio where it is installed, without its native library if that cannot be loaded."""
    if find_spec("torchaudio") is None:
        return
    try:
        import torchaudio
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules["torchaudio._extension"] = without_native_library()
        import torchaudio  # noqa: F401


import_torchaudio()

import transformers as transformers  # noqa: E402  only now can it find a torchaudio that works

transformers.utils.logging.disable_progress_bar()  # progress goes through core.progress; a server's log needs no bars
