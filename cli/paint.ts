import type { Sink, World } from "./world.ts";

/** Puts emphasis on a text; every function answers it as it is where there are no colours. */
export type Paint = Record<"bold" | "dim" | "red" | "green" | "yellow", (text: string) => string>;

/** The codes that begin and end each emphasis (ECMA-48, SGR). */
const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Colours for a terminal that takes them, and whose owner has not said otherwise (https://no-color.org). */
export function paintFor({ isTTY }: Sink, env: World["env"]): Paint {
	const coloured = isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
	const paint = (name: keyof typeof codes) => (text: string) => {
		const [on, off] = codes[name];
		return coloured && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
	};
	return {
		...{ bold: paint("bold"), dim: paint("dim") },
		...{ red: paint("red"), green: paint("green"), yellow: paint("yellow") },
	};
}

/** The text without control characters but line ends and our own colours: what others wrote must not steer a terminal. */
export function harmless(text: string): string {
	return text.replace(/\p{Cc}/gu, (found, at: number) => {
		if (found === "\n") return found;
		return found === "\u001b" && /^\[\d{1,2}m/.test(text.slice(at + 1, at + 5)) ? found : "";
	});
}
