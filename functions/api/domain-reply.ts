import { operationView } from "../../domain/operation-view.ts";
import type { KnownDomain } from "../known-domain.ts";
import { viewOf } from "../view-of-domain.ts";
import type { Reply } from "./http.ts";

/** The reply to an accepted change of a domain: how it stands now, and where to follow it. */
export function domainReply(known: KnownDomain): Reply {
	const { operation } = known;
	if (!operation) throw new Error(`'${known.claim.hostname}' has no operation, though a change was accepted.`);
	return {
		body: { domain: viewOf(known), operation: operationView(operation) },
		headers: { location: `/v1/operations/${operation.operationId}` },
	};
}
