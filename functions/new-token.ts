import { randomBytes } from "node:crypto";
import { ownershipToken, ownershipTokenBytes } from "../domain/ownership-token.ts";

/** A token that nobody can guess, for one attempt of one tenant (R4). */
export function newToken(): string {
	return ownershipToken(randomBytes(ownershipTokenBytes));
}
