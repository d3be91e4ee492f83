import yargs from "yargs";
import { TOOL } from "../model/tool.ts";
import { COMMAND_NAMES, commands } from "./commands/index.ts";
import { suggestion } from "./suggestion.ts";
import { terminal } from "./terminal.ts";
import { UserError, usageError } from "./user-error.ts";

/** The whole command line. Commands set the exit status themselves where it is not 0. */
export const run = async (args: readonly string[]): Promise<void> => {
  try {
    const line = commandLine(args);
    if (args.length > 0) await line.parseAsync();
    else {
      terminal(undefined).err(`${await line.getHelp()}\n`);
      process.exitCode = 2;
    }
  } catch (error) {
    process.exitCode = failed(error, args);
  }
};

const commandLine = (args: readonly string[]) => {
  const base = yargs([...args])
    .scriptName("memforensics")
    .locale("en")
    .usage("$0 COMMAND\n\nSays whether the kernel's OOM killer beat the kubelet's eviction, by how much, and why.")
    .option("color", { type: "boolean", describe: "Colour, whatever NO_COLOR and the terminal say" });
  for (const command of commands) command(base);
  return (
    base
      .completion("completion", "Print the completion script for bash or zsh")
      .demandCommand(1, "no command is given")
      .strict()
      .version(TOOL.version)
      .alias("h", "help")
      .group(["color", "help", "version"], "Everywhere:")
      .epilogue("Exit status: 0 written, 1 not possible, 2 wrong usage, 3 with --strict where input could not be read.")
      .wrap(100)
      .exitProcess(false)
      .showHelpOnFail(false)
      // With a function here yargs neither prints nor exits. The message is its own; an error without one is a command's.
      .fail((message: string | null, error) => {
        throw message === null ? error : yargsError(message, args);
      })
  );
};

const failed = (error: unknown, args: readonly string[]): 1 | 2 => {
  const shell = terminal(colorIn(args));
  shell.progress(null);
  const { message, help, status } = error instanceof UserError ? error : bug(error, args.includes("--verbose"));
  const label = shell.paintErr("bold", shell.paintErr("red", "error"));
  shell.err(`${label}${shell.paintErr("bold", `: ${message}`)}\n   ${shell.paintErr("blue", "=")} help: ${help}\n`);
  return status;
};

/** Read by hand: yargs may have failed before it knew. */
const colorIn = (args: readonly string[]): boolean | undefined => {
  if (args.includes("--no-color")) return false;
  return args.includes("--color") ? true : undefined;
};

const bug = (error: unknown, verbose: boolean): UserError => {
  const text = error instanceof Error ? (verbose ? (error.stack ?? error.message) : error.message) : String(error);
  const help = verbose
    ? "please report it with the text above"
    : "run it again with --verbose and report what it prints";
  return new UserError(`this is a bug in memforensics: ${text}`, help);
};

const OPTIONS = [
  "format",
  "output",
  "quiet",
  "verbose",
  "strict",
  "eviction-hard",
  "eviction-soft",
  "soft-grace",
  "minimum-reclaim",
  "system-reserved",
  "pass",
  "color",
  "no-color",
  "help",
  "version",
];

/** What yargs found wrong, with a hint. */
const yargsError = (message: string, args: readonly string[]): UserError => {
  const [command = ""] = args.filter((arg) => !arg.startsWith("-"));
  const help = `memforensics ${COMMAND_NAMES.includes(command) ? `${command} ` : ""}--help`;
  const unknown = /^Unknown (?:arguments?|commands?): (.{1,200})$/m.exec(message)?.[1]?.split(", ")[0];
  if (unknown !== undefined) return unknownArgument(unknown, command, args, help);
  if (message.startsWith("Not enough non-option arguments"))
    return usageError(`${command} needs to be told of what`, `${help} shows how`);
  const text = message.replace(/\s{0,99}\n\s{0,99}/g, " ").trim();
  return usageError(text.charAt(0).toLowerCase() + text.slice(1), `${help} tells how it is used`);
};

/** yargs calls options, commands and surplus words alike. */
const unknownArgument = (name: string, command: string, args: readonly string[], help: string): UserError => {
  const word = args.find((arg) => arg === name);
  if (word !== undefined && word !== command)
    return usageError(`${command} takes no further argument, and ${word} is one`, `${help} tells how it is used`);
  if (word !== undefined) return hinted(`there is no command ${word}`, suggestion(word, COMMAND_NAMES), help);
  const meant = suggestion(name, OPTIONS);
  return hinted(
    `there is no option ${name.length === 1 ? "-" : "--"}${name}`,
    meant === null ? null : `--${meant}`,
    help,
  );
};

const hinted = (message: string, meant: string | null, list: string): UserError =>
  usageError(message, meant === null ? `${list} lists what there is` : `did you mean ${meant}?`);
