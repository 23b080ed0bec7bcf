"""What this computer can compute with."""


def best_device() -> str:
    """Name the device that models run on: a graphics card where there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def has_bfloat16() -> bool:
    """Tell whether this processor, or the graphics card, computes in bfloat16 without falling back to float32."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) if torch.backends.mkldnn.is_available() else False
