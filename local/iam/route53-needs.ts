import { z } from "zod";
import { normalizedName, printedName } from "../route53/names.ts";
import { readXml } from "../route53/xml.ts";
import type { ServiceCall } from "./call.ts";
import type { Context } from "./condition.ts";
import type { Need } from "./evaluate.ts";

const batchSchema = z.object({
	ChangeResourceRecordSetsRequest: z.object({
		ChangeBatch: z.object({
			Changes: z.object({
				Change: z
					.array(z.object({ Action: z.string(), ResourceRecordSet: z.object({ Name: z.string(), Type: z.string() }) }))
					.min(1),
			}),
		}),
	}),
});

/** The condition keys that a change of records carries, in lower case. */
export const recordKeys = {
	names: "route53:changeresourcerecordsetsnormalizedrecordnames",
	types: "route53:changeresourcerecordsetsrecordtypes",
	actions: "route53:changeresourcerecordsetsactions",
} as const;

/**
 * The right that a Route 53 call needs: on its zone, its change, or on all where it names none.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
 */
export function route53Needs({ operation, path, body }: ServiceCall): Need[] | undefined {
	const action = `route53:${operation}`;
	const [, kind, id] = /^\/2013-04-01\/(hostedzone|change)\/([^/]+)/.exec(path) ?? [];
	const resource = kind && id ? `arn:aws:route53:::${kind}/${decodeURIComponent(id)}` : "*";
	if (operation !== "ChangeResourceRecordSets") return [{ action, resource }];
	const context = recordContext(body);
	return context && [{ action, resource, context }];
}

/**
 * Names as the keys have them: lower case, no dot at the end, anything but letters, digits, hyphen, underscore and dot as its octal
 * code (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html#route53_rrset_conditionkeys_normalization).
 */
function recordContext(body: string): Context | undefined {
	const changes = batchSchema.safeParse(readXml(body)).data?.ChangeResourceRecordSetsRequest.ChangeBatch.Changes.Change;
	return (
		changes && {
			[recordKeys.names]: changes.map(({ ResourceRecordSet: { Name } }) =>
				printedName(normalizedName(Name)).replace(/\.$/, ""),
			),
			[recordKeys.types]: changes.map(({ ResourceRecordSet: { Type } }) => Type),
			[recordKeys.actions]: changes.map(({ Action }) => Action),
		}
	);
}
