"""Prepare sounds and fine-tune from the command line: ``python -m core.finetuning prepare FOLDER``."""

import argparse
import sys
from collections.abc import Sequence

from core.errors import StrataError
from core.finetuning.commands import PREPARE
from core.finetuning.finetune_command import FINETUNE
from core.text import _

COMMANDS = (PREPARE, FINETUNE)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 1 where it was refused, 130 where it was stopped, 2 where it was not understood."""
    parser = argparse.ArgumentParser("python -m core.finetuning", description=_("Fine-tune a pretrained audio model."))
    parts = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        part = parts.add_parser(command.name, help=_(command.summary), description=_(command.summary))
        command.arguments(part)
        part.set_defaults(run=command.run)
    arguments = parser.parse_args(words)
    try:
        arguments.run(arguments)
    except StrataError as refusal:
        sys.stderr.write(f"{refusal}\n{refusal.hint}\n" if refusal.hint else f"{refusal}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
