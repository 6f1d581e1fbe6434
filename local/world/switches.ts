import { z } from "zod";
import { defineSwitch, flushSwitch, type Switches } from "../control.ts";
import type { Registrations } from "./registrations.ts";

/** The switches of what stands above a world's accounts; they are on the AWS endpoint of the registrar's. */
export function worldSwitches(register: Registrations["set"], flush: () => void): Switches {
	return {
		// A registry that tells otherwise than the zone; without name servers it tells what the zone says again.
		register: defineSwitch(
			z.object({ domain: z.string(), nameServers: z.array(z.string()).optional(), ds: z.array(z.string()).optional() }),
			'{"domain":"hostmaster.test","nameServers":["ns-1.awsdns-00.com"]}',
			({ domain, ...told }) => register(domain, told),
		),
		flush: flushSwitch(flush),
	};
}
