"""``zhirong completion bash|zsh|fish``: a script that completes commands, options and file names in a shell."""

import argparse
from dataclasses import dataclass
from importlib import import_module

SHELLS = ("bash", "zsh", "fish")
_INSTALL = {
    "bash": "zhirong completion bash > ~/.local/share/bash-completion/completions/zhirong",
    "zsh": 'zhirong completion zsh > "${fpath[1]}/_zhirong"',
    "fish": "zhirong completion fish > ~/.config/fish/completions/zhirong.fish",
}


@dataclass(frozen=True, slots=True)
class CommandWords:
    """A command as a shell needs it: its sub-commands, and options of all of them."""

    name: str
    about: str
    actions: tuple[str, ...]
    options: tuple[str, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """The shell."""
    parser.add_argument("shell", choices=SHELLS, help="; ".join(_INSTALL.values()).replace("%", "%%"))


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    print({"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](commands(options.lang)))
    return 0


def commands(lang: str) -> tuple[CommandWords, ...]:
    """Every command with its words, read from the same parsers as the commands themselves."""
    from zhirong.cli.main import COMMANDS

    return tuple(_words(name, about[0 if lang == "zh" else 1]) for name, about in COMMANDS.items())


def _words(name: str, about: str) -> CommandWords:
    parser = argparse.ArgumentParser(prog=name, conflict_handler="resolve")
    parser.add_argument("--lang")
    parser.add_argument("--rules")
    try:
        import_module(f"zhirong.cli.{name.replace('-', '_')}").configure(parser)
    except ModuleNotFoundError:
        return CommandWords(name, about, (), ("--help", "--lang"))  # of an extra that is not installed
    actions: list[str] = []
    options = dict.fromkeys(_long_options(parser))
    for action in parser._actions:  # argparse has no public list of them
        if isinstance(action, argparse._SubParsersAction):
            actions += action.choices
            for inside in action.choices.values():
                options.update(dict.fromkeys(_long_options(inside)))
    return CommandWords(name, about, tuple(actions), tuple(options))


def _long_options(parser: argparse.ArgumentParser) -> list[str]:
    return [word for action in parser._actions for word in action.option_strings if word.startswith("--")]


def _bash(found: tuple[CommandWords, ...]) -> str:
    cases = "\n".join(
        f'    {one.name}) actions="{" ".join(one.actions)}"; options="{" ".join(one.options)}";;' for one in found
    )
    return f"""# {_INSTALL["bash"]}
_zhirong() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" command="" actions="" options=""
  local each
  for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$each" in zh|en|-*) ;; *) command="$each"; break;; esac
  done
  case "$command" in
    "") actions="{" ".join(one.name for one in found)}"; options="--lang --rules --help --version";;
{cases}
  esac
  COMPREPLY=()
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word"));;
    *) COMPREPLY=($(compgen -W "$actions" -- "$word"))
       if [ -n "$command" ]; then COMPREPLY+=($(compgen -f -- "$word")); fi;;
  esac
}}
complete -o filenames -F _zhirong zhirong"""


def _zsh(found: tuple[CommandWords, ...]) -> str:
    listed = "\n".join(f"    {_quoted(f'{one.name}:{one.about}')}" for one in found)
    cases = "\n".join(
        f"    {one.name}) actions=({' '.join(one.actions)}); options=({' '.join(one.options)});;" for one in found
    )
    return f"""#compdef zhirong
# {_INSTALL["zsh"]}
_zhirong() {{
  local -a commands actions options
  commands=(
{listed}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
{cases}
  esac
  if [[ "$PREFIX" == -* ]]; then
    compadd -- $options
  else
    compadd -- $actions
    _files
  fi
}}
_zhirong "$@\""""


def _fish(found: tuple[CommandWords, ...]) -> str:
    lines = [f"# {_INSTALL['fish']}"]
    for one in found:
        used = f"-n '__fish_seen_subcommand_from {one.name}'"
        lines.append(f"complete -c zhirong -f -n __fish_use_subcommand -a {one.name} -d {_quoted(one.about)}")
        lines += [f"complete -c zhirong {used} -a {action}" for action in one.actions]
        lines += [f"complete -c zhirong {used} -l {option[2:]}" for option in one.options]
    return "\n".join(lines)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "'\\''") + "'"
