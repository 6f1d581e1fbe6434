import { faultForms } from "./faults.ts";
import type { ZoneView } from "./provider.ts";
import { customerTypes } from "./record-values.ts";

/** What the page says of the order that led to it; `typed` fills the forms again. */
export interface Told {
	done?: string;
	refused?: string;
	typed?: Readonly<Record<string, string>>;
}

/** What the page shows. */
export interface Shown {
	zones: readonly ZoneView[];
	faults: readonly { name: string; fault: string }[];
}

/** The page of the customers' DNS provider: all zones, and forms to change them. Works without a script. */
export function customerDnsPage({ zones, faults }: Shown, told: Told = {}): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Customers' DNS</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ccc; overflow-wrap: anywhere }
label { display: block; margin-top: .6rem } input, select, textarea, button { font: inherit } textarea, input[type=text] { width: 100%; box-sizing: border-box }
label.inline { display: inline } [role=alert], [role=status] { padding: .6rem 1rem; border-left: .3rem solid } [role=alert] { border-color: #b00020 } [role=status] { border-color: #00652e }
</style>
</head>
<body>
<main>
<h1>Customers' DNS</h1>
<p>Zones at the providers of this laptop's customers. The first record below a registered domain makes its zone.</p>
${message(told)}
<h2>Set a record</h2>
${recordForm(told.typed)}
<h2>Zones</h2>
${zones.map(zoneTable).join("\n") || "<p>There are no zones yet.</p>"}
<h2>Faults on order</h2>
${faultList(faults)}
${faultForm(told.typed)}
<form method="post"><p>${button("Let all resolvers forget", { do: "flush" })}</p></form>
</main>
</body>
</html>
`;
}

function message({ done, refused }: Told): string {
	if (refused !== undefined) return `<p role="alert"><strong>Not done.</strong> ${escaped(refused)}</p>`;
	return done === undefined ? "" : `<p role="status">${escaped(done)}</p>`;
}

function recordForm(typed: Told["typed"] = {}): string {
	const again = typed["do"] === "set" ? typed : {};
	const at = (field: string) => escaped(again[field] ?? "");
	return `<form method="post">
<input type="hidden" name="do" value="set">
<label for="name">Name, in full</label><input type="text" id="name" name="name" required placeholder="shop.acme.com" value="${at("name")}">
<label for="type">Type</label><select id="type" name="type">${options(customerTypes, again["type"] ?? "CNAME")}</select>
<label for="values">Values, one a line</label><textarea id="values" name="values" rows="2" required>${at("values")}</textarea>
<label for="ttl">TTL in seconds</label><input id="ttl" name="ttl" inputmode="numeric" size="8" value="${at("ttl") || "60"}">
<p><input type="checkbox" id="force" name="force"> <label class="inline" for="force">Set it even if no provider would</label></p>
<p><button>Set</button></p>
</form>`;
}

function zoneTable({ name, delegatedTo, negativeTtlSeconds, records }: ZoneView): string {
	const rows = records.map(
		(record) => `<tr><th scope="row">${escaped(record.name)}</th><td>${record.type}</td><td>${record.ttlSeconds}</td>
<td>${record.values.map(escaped).join("<br>")}</td>
<td><form method="post">${button("Remove", { do: "remove", name: record.name, type: record.type }, `Remove ${record.name} ${record.type}`)}</form></td></tr>`,
	);
	return `<table>
<caption>${escaped(name)}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">TTL</th><th scope="col">Values</th><th scope="col">Change</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table>
<p>Delegated to ${delegatedTo.map(escaped).join(" and ")}; that there is nothing is believed for ${negativeTtlSeconds} s.</p>`;
}

function faultList(faults: Shown["faults"]): string {
	const items = faults.map(
		({ name, fault }) =>
			`<li><form method="post">${escaped(fault)} for ${escaped(name)} ${button("Switch off", { do: "fault", name, fault, on: "off" }, `Switch ${fault} off for ${name}`)}</form></li>`,
	);
	return items.length > 0 ? `<ul>${items.join("\n")}</ul>` : "<p>None.</p>";
}

function faultForm(typed: Told["typed"] = {}): string {
	const again = typed["do"] === "fault" ? typed : {};
	const forms = faultForms.map((form) => form.replace("<seconds>", "30"));
	return `<form method="post">
<input type="hidden" name="do" value="fault">
<label for="fault-name">Name or zone, with all below it</label><input type="text" id="fault-name" name="name" required placeholder="acme.com" value="${escaped(again["name"] ?? "")}">
<label for="fault">Fault</label><select id="fault" name="fault">${options(forms, again["fault"] ?? "servfail")}</select>
<p><button>Switch on</button></p>
</form>`;
}

function options(all: readonly string[], chosen: string): string {
	return all.map((one) => `<option${one === chosen ? " selected" : ""}>${escaped(one)}</option>`).join("");
}

/** A button with what it sends; `label` says it in full where the text alone would not. */
function button(text: string, sent: Readonly<Record<string, string>>, label?: string): string {
	const fields = Object.entries(sent).map(
		([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
	);
	const spoken = label === undefined ? "" : ` aria-label="${escaped(label)}"`;
	return `${fields.join("")}<button${spoken}>${escaped(text)}</button>`;
}

const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
