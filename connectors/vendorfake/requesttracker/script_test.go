package requesttracker_test

import "net/url"

// get, post and put shorten the script. Queries are written readably.
func get(path string, params ...string) step {
	return step{method: "GET", path: path + query(params)}
}
func post(path, body string) step { return step{method: "POST", path: path, body: body} }
func put(path, body string) step  { return step{method: "PUT", path: path, body: body} }

func query(params []string) string {
	out := ""
	for i := 0; i+1 < len(params); i += 2 {
		out += map[bool]string{true: "?", false: "&"}[i == 0] + url.QueryEscape(params[i]) + "=" + escape(params[i+1])
	}
	return out
}

// escape keeps the braces of {name} for the sides to fill.
func escape(s string) string {
	out := ""
	for _, r := range s {
		if r == '{' || r == '}' {
			out += string(r)
			continue
		}
		out += url.QueryEscape(string(r))
	}
	return out
}

func (s step) keeping(name string) step   { s.keep = name; return s }
func (s step) matching(etags string) step { s.match = etags; return s }

const (
	ticketFields = "Subject,Status,Priority,Queue,Owner,Creator,LastUpdatedBy,Requestor,Cc,AdminCc,CustomFields,Created,LastUpdated,Started,Resolved,Due,Told,EffectiveId,Type,_hyperlinks,Nope,id"
	historyField = "Type,Creator,Created,Field,OldValue,NewValue,Data,ObjectId,ObjectType,Object,TimeTaken"
	partFields   = "Filename,ContentType,ContentLength,TransactionId,Subject,Created,Creator,Content,Headers,MessageId"
	assetFields  = "Name,Description,Status,CustomFields,HeldBy,Catalog,LastUpdated,Created,Owner,Contact,Contacts,Nope"
)

// script is what an integration does with Request Tracker, and the mistakes it
// may make. Requests that only one of the two could answer alike are left out.
var script = []step{
	get("/rt"),
	get("/nope"),
	get("/user/hub"),
	get("/user/ines.vogt@nordwind.example"),
	get("/user/nobody-of-that-name"),
	post("/users?fields=Name,EmailAddress,RealName,Organization,Privileged,Disabled,WorkPhone,LastUpdated", `[{"field":"EmailAddress","value":"ines.vogt@nordwind.example"}]`),
	post("/users?fields=Name&per_page=3", `[{"field":"Organization","value":"nobody has this"}]`),
	get("/users", "query", `[{"field":"Name","operator":"LIKE","value":"vogt"}]`, "fields", "Name"),
	get("/queues/all"),
	get("/queues/all", "fields", "Name,Description,Lifecycle,Disabled"),
	get("/queues"),
	get("/queue/Support"),
	get("/catalogs/all", "fields", "Name,Description"),
	post("/customfields?fields=Name,Type,LookupType", `[{"field":"LookupType","value":"RT::Queue-RT::Ticket"}]`),
	get("/customfields"),
	get("/customfield/3"),

	// Creating.
	post("/ticket", `{"Queue":"Support","Subject":"Compared","Requestor":"ines.vogt@nordwind.example","Content":"One\nTwo","ContentType":"text/plain","CustomFields":{"External Ref":"PRT-COMPARE","Client":"Nordwind Logistik GmbH","Severity":"S3","Nope":"x"},"Attachments":[{"FileName":"a.txt","FileType":"text/plain","FileContent":"aGVsbG8="}]}`).keeping("ticket"),
	post("/ticket", `{"Queue":"Nope","Subject":"x"}`),
	post("/ticket", `{"Subject":"x"}`),
	post("/ticket", `{"Queue":"Support","Subject":"x","Status":"bogus"}`),
	post("/ticket", `not json`),
	post("/ticket", `[1]`),
	post("/ticket/{ticket}", `{}`),
	{method: "DELETE", path: "/tickets"},
	{method: "PATCH", path: "/ticket/{ticket}", body: `{}`},

	// Reading.
	get("/ticket/{ticket}").keeping("etag"),
	get("/ticket/99999"),
	get("/tickets", "query", "id={ticket}", "fields", ticketFields, "fields[Queue]", "Name", "fields[Owner]", "Name,RealName,EmailAddress", "fields[Requestor]", "Name,EmailAddress,RealName,Organization,Nope"),
	get("/tickets", "query", "id={ticket}"),
	get("/tickets", "query", "id > 0", "per_page", "1", "page", "1", "orderby", "LastUpdated", "orderby", "id"),
	get("/tickets", "query", "id > 0", "per_page", "1", "page", "2", "orderby", "id", "order", "DESC"),
	get("/tickets", "query", "id > 0", "page", "99"),
	get("/tickets", "query", "id > 0", "per_page", "500", "orderby", "id"),
	get("/tickets", "query", "id > 0", "per_page", "0", "page", "x"),
	get("/tickets", "query", "id = {ticket}", "orderby", "Nope"),
	get("/tickets"),
	get("/tickets", "query", ""),
	get("/tickets", "query", "(id = {ticket} OR id = 99999) AND Queue='Support' AND Status = '__Active__'", "fields", "Subject"),
	get("/tickets", "query", "'CF.{Client}'='Nordwind Logistik GmbH' AND id = {ticket}", "fields", "Subject"),
	get("/tickets", "query", "id = {ticket} AND LastUpdated > '2020-01-01 00:00:00'", "fields", "LastUpdated"),
	get("/tickets", "query", "id = {ticket} AND LastUpdated > '2099-01-01 00:00:00'"),
	get("/tickets", "query", "id = {ticket} AND Status = 'nope'"),
	get("/tickets", "query", "'CF.{Nope}' = 'x'"),
	get("/tickets", "query", "Nope = 'x'"),
	get("/ticket/{ticket}/history", "fields", historyField, "fields[Creator]", "Name,EmailAddress", "per_page", "100"),
	get("/ticket/{ticket}/history"),
	get("/ticket/99999/history"),
	get("/ticket/{ticket}/attachments", "fields", partFields, "per_page", "100"),
	get("/ticket/{ticket}/attachments", "fields", "Parent"),
	get("/ticket/99999/attachments"),
	get("/transactions", "query", "ObjectType='RT::Ticket' AND ObjectId={ticket}", "orderby", "id", "fields", historyField),
	get("/transactions", "query", "ObjectType='RT::Ticket' AND id > 99999999", "orderby", "id"),
	get("/transactions"),
	get("/transaction/99999999"),
	get("/attachment/99999999"),

	// Writing.
	post("/ticket/{ticket}/correspond", `{"Content":"A reply [PRT-COMPARE]","ContentType":"text/plain"}`).keeping("reply"),
	get("/transaction/{reply}"),
	get("/transaction/{reply}/attachments", "fields", partFields),
	get("/ticket/{ticket}/history", "fields", historyField, "orderby", "id", "order", "DESC", "per_page", "2"),
	get("/transactions", "query", "ObjectType='RT::Ticket' AND ObjectId={ticket} AND Type='Correspond' AND Creator='hub' AND id > {etag}", "fields", "Type,Creator", "orderby", "id"),
	post("/ticket/{ticket}/correspond", `{"Content":"late","ContentType":"text/plain"}`).matching(`"{etag}"`),
	get("/ticket/{ticket}").keeping("etag"),
	post("/ticket/{ticket}/correspond", `{"Content":"never","ContentType":"text/plain"}`).matching(`"{etag}"`),
	put("/ticket/{ticket}", `{"Priority":"30"}`).matching(`"{etag}"`),
	put("/ticket/{ticket}", `{"Priority":"40"}`).matching(`"{etag}"`),
	post("/ticket/{ticket}/correspond", `{"Content":"<p>With a file</p>","ContentType":"text/html","Attachments":[{"FileName":"b.csv","FileType":"text/csv","FileContent":"aSxqCjEsMgo="}]}`),
	post("/attachments?fields=TransactionId,ContentType,Content&orderby=id", `[{"field":"id","operator":">","value":"0"},{"field":"ContentType","operator":"LIKE","value":"text/"},{"field":"Filename","operator":"IS","value":"NULL"},{"field":"TransactionId","value":"{reply}","entry_aggregator":"OR"},{"field":"TransactionId","value":"99999999","entry_aggregator":"OR"}]`),
	post("/attachments?fields=TransactionId,Filename,ContentLength,Created", `[{"field":"Filename","operator":"!=","value":""},{"field":"TransactionId","value":"{reply}"}]`),
	post("/attachments", `[]`),
	get("/transactions", "query", "ObjectType = 'RT::Ticket' AND id > 0 AND (ObjectId = {ticket} OR ObjectId = 99999999) AND (Type = 'Create' OR Type = 'Correspond' OR Type = 'Status' OR Type = 'AddLink')", "fields", "Type,Creator", "fields[Creator]", "Name,RealName,EmailAddress,Organization", "orderby", "id", "per_page", "100"),
	post("/ticket/{ticket}/comment", `{"Content":"For us","ContentType":"text/plain","Status":"stalled","CustomFields":{"Severity":"S2"}}`),
	get("/ticket/{ticket}/history", "fields", historyField, "orderby", "id", "order", "DESC", "per_page", "3"),
	get("/ticket/{ticket}/attachments", "fields", partFields, "per_page", "100"),
	post("/ticket/{ticket}/correspond", `{"Content":"x"}`),
	post("/ticket/{ticket}/correspond", `{"ContentType":"text/plain"}`),
	post("/ticket/{ticket}/correspond", `{"Content":"x","ContentType":"text/plain","Attachments":[{"FileName":"x"}]}`),
	post("/ticket/99999/correspond", `{"Content":"x","ContentType":"text/plain"}`),
	{method: "POST", path: "/ticket/{ticket}/correspond"},
	put("/ticket/{ticket}", `{"Status":"resolved"}`),
	put("/ticket/{ticket}", `{"Status":"resolved"}`),
	get("/tickets", "query", "id={ticket}", "fields", ticketFields),
	post("/ticket/{ticket}/correspond", `{"Content":"again","ContentType":"text/plain","Status":"open"}`),
	put("/ticket/{ticket}", `{"Status":"bogus"}`),
	put("/ticket/{ticket}", `{"Status":"deleted"}`),
	put("/ticket/{ticket}", `{"Nope":"x"}`),
	put("/ticket/{ticket}", `{"Status":"stalled","Priority":80,"Subject":"Renamed","CustomFields":{"Severity":"S9"}}`),
	put("/ticket/{ticket}", `{"CustomFields":{"External Ref":"E2","Nope":"x"}}`),
	put("/ticket/{ticket}", `{"Owner":"mara.stein"}`),
	put("/ticket/{ticket}", `{"Owner":"nobody.of.that.name"}`),
	put("/ticket/{ticket}", `{"Queue":"Billing"}`),
	put("/ticket/{ticket}", `{"Due":"2027-12-24 10:00:00"}`),
	put("/ticket/{ticket}", `{"AddRefersTo":"asset:1"}`),
	put("/ticket/{ticket}", `{"Status":"open"}`).matching(`"1"`),
	put("/ticket/99999", `{"Status":"open"}`),
	get("/ticket/{ticket}"),
	get("/ticket/{ticket}/history", "fields", historyField, "per_page", "100", "orderby", "id"),

	// Merging.
	post("/ticket", `{"Queue":"Support","Subject":"Other","Requestor":"ines.vogt@nordwind.example","Content":"x"}`).keeping("other"),
	put("/ticket/{other}", `{"MergeInto":99999}`),
	put("/ticket/{other}", `{"MergeInto":{ticket}}`),
	get("/ticket/{other}"),
	get("/tickets", "query", "id={other}"),
	get("/tickets", "query", "id={other} OR id={ticket}", "fields", "EffectiveId"),
	get("/ticket/{other}/history", "fields", historyField, "per_page", "100"),

	// Assets.
	get("/assets", "query", "id = 1", "fields", assetFields, "fields[HeldBy]", "Name,EmailAddress", "fields[Catalog]", "Name", "orderby", "LastUpdated", "orderby", "id"),
	get("/assets", "query", "Catalog = 'Client equipment' AND LastUpdated > '2099-01-01 00:00:00'"),
	get("/assets"),
	get("/assets", "query", "Nope = 1"),
	post("/assets?fields=Name", `[{"field":"LastUpdated","operator":">","value":"2099-01-01"}]`),
	get("/asset/1"),
	get("/asset/99999"),
	post("/asset", `{"Catalog":"Client equipment","Name":"CMP-1","Status":"in-use","CustomFields":{"Serial Number":"SN1"}}`).keeping("asset"),
	post("/asset", `{"Catalog":"Client equipment","Name":"x","CustomFields":{"Nope":"x"}}`),
	post("/asset", `{"Name":"x"}`),
	post("/asset", `{"Catalog":"Client equipment","Name":"x","Status":"nope"}`),
	put("/asset/{asset}", `{"CustomFields":{"Location":"Here"}}`),
	put("/asset/{asset}", `{"CustomFields":{"Location":"There"}}`),
	put("/asset/{asset}", `{"Status":"recycled","Name":"CMP-2"}`),
	put("/asset/{asset}", `{"Status":"nope"}`),
	get("/asset/{asset}/history", "fields", historyField),
}
