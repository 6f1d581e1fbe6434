import { createHash } from "node:crypto";
import jsonata from "jsonata";
import type { Json } from "./json.ts";

/** What expressions may not find in themselves: time and chance. */
export interface World {
	nowMs(): number;
	/** In [0, 1). */
	random(): number;
	uuid(): string;
}

const hashes: Record<string, string> = {
	MD5: "md5",
	"SHA-1": "sha1",
	"SHA-256": "sha256",
	"SHA-384": "sha384",
	"SHA-512": "sha512",
};

const formatted = jsonata("$fromMillis($at, $picture, $timezone)");

/**
 * The functions that Step Functions adds to JSONata or changes; `$eval` is taken away.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 */
export function stepFunctions(world: World): Record<string, unknown> {
	return {
		eval: undefined,
		uuid: () => world.uuid(),
		millis: () => world.nowMs(),
		now: (picture?: string, timezone?: string) =>
			formatted.evaluate(undefined, { at: world.nowMs(), picture, timezone }),
		random: (seed?: number) => (seed === undefined ? world.random() : seeded(Math.floor(seed))),
		parse: (text?: string) => (text === undefined ? undefined : JSON.parse(text)),
		partition,
		range,
		hash,
	};
}

function partition(list: Json[] | undefined, size: number): Json[][] | undefined {
	if (list === undefined) return undefined;
	const whole = Math.floor(size);
	if (!(whole > 0)) throw new Error("The size of a partition must be a positive integer");
	return Array.from({ length: Math.ceil(list.length / whole) }, (_, at) => list.slice(at * whole, (at + 1) * whole));
}

/** Both ends belong to the range, when the step meets the last. What is no integer is rounded down, as AWS says of all such parameters. */
function range(...given: number[]): number[] {
	const [first = Number.NaN, last = Number.NaN, step = Number.NaN] = given.map(Math.floor);
	if (step === 0 || ![first, last, step].every(Number.isFinite))
		throw new Error("The step of a range must not be zero");
	const length = Math.max(0, Math.floor((last - first) / step) + 1);
	return Array.from({ length }, (_, at) => first + at * step);
}

function hash(text: string | undefined, algorithm: string): string | undefined {
	if (text === undefined) return undefined;
	const name = hashes[algorithm];
	if (!name) throw new Error(`Unknown hash algorithm ${algorithm}`);
	return createHash(name).update(text).digest("hex");
}

/** The same seed gives the same number, as at AWS; not the same number as AWS's. */
function seeded(seed: number): number {
	const digest = createHash("sha256").update(String(seed)).digest();
	return digest.readUInt32BE(0) / 2 ** 32;
}
