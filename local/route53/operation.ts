import type { Caller, RestResponse } from "../aws/service.ts";
import type { ChangeInfo } from "./change-table.ts";
import { printXml } from "./xml.ts";
import type { Zones } from "./zones.ts";

/** One request that matched a route: `id` is the zone's, the change's or the limit's. */
export interface Call {
	id: string;
	/** What further groups of the path hold. */
	more: readonly string[];
	query: URLSearchParams;
	body: string;
	caller: Caller;
	zones: Zones;
}

export interface Operation {
	name: string;
	method: string;
	/** After the prefix; the first group is the id. */
	path: RegExp;
	run(call: Call): Omit<RestResponse, "operation">;
}

export function ok(root: string, content: object): Omit<RestResponse, "operation"> {
	return { status: 200, headers: { "content-type": "text/xml" }, body: printXml(root, content) };
}

/** A change as every operation that makes one answers it. */
export function changeInfo(change: ChangeInfo): object {
	return {
		Id: `/change/${change.id}`,
		Status: change.status,
		SubmittedAt: new Date(change.submittedMs).toISOString(),
		...(change.comment && { Comment: change.comment }),
	};
}
