import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { countsAsNeighbour, type Neighbour, neighbourKeys, neighbourOf } from "../domain/domain-relations.ts";
import { calling } from "./aws-errors.ts";
import { readClaims } from "./claims.ts";
import { documents, parseRow, type TransactItem } from "./dynamodb.ts";
import { keys, registryTable } from "./registry.ts";

const rowSchema = z.object({ hostnames: z.array(z.string()), revision: z.int().positive() });

/** The custom domains, of whomever, that share a registered domain with a hostname or look like it; each decides on the next. */
export interface Neighbourhood {
	skeleton: string;
	/** 0: nobody has been here. */
	revision: number;
	others: Neighbour[];
}

/** Who is around a hostname (strongly consistent). Throws for a claim that cannot be read: nobody may be let in beside it. */
export async function readNeighbourhood(hostname: string): Promise<Neighbourhood> {
	const { skeleton } = neighbourKeys(hostname);
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: registryTable(), Key: keys.neighbours(skeleton), ConsistentRead: true }),
		),
	);
	const { hostnames, revision } = Item ? parseRow(rowSchema, Item) : { hostnames: [], revision: 0 };
	const others: Neighbour[] = [];
	for (let at = 0; at < hostnames.length; at += 100) {
		const { claims, unreadable } = await readClaims(hostnames.slice(at, at + 100));
		if (unreadable.size > 0)
			throw new Error(`Claims around '${hostname}' cannot be read: ${[...unreadable].join(", ")}.`);
		others.push(...[...claims.values()].filter(countsAsNeighbour).map(neighbourOf));
	}
	return { skeleton, revision, others };
}

/**
 * The write by which a decision about a hostname holds: refused when somebody has decided about a neighbour since it was read. Names
 * stay in the row when they are given back, since who had them still counts; those that nobody ever proved go, so that it does not grow for ever.
 */
export function neighbourhoodPut({ skeleton, others, revision }: Neighbourhood, hostname: string): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: {
				...keys.neighbours(skeleton),
				hostnames: [...new Set([...others.map((other) => other.hostname), hostname])],
				revision: revision + 1,
			},
			ConditionExpression: revision === 0 ? "attribute_not_exists(pk)" : "revision = :seen",
			...(revision > 0 && { ExpressionAttributeValues: { ":seen": revision } }),
		},
	};
}
