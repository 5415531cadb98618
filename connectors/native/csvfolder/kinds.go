package csvfolder

import (
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// kind is one table: what a row may say, and what becomes of it.
type kind struct {
	name   string // of its stream
	kind   record.Kind
	files  []string // beginnings of words that such a file is named by
	fields []field
	build  func(r *reading) record.Body
}

// field is something that a row may say.
type field struct {
	remote.TableField

	words []string // by which columns are called, in English, German and French, without spaces and accents
}

func kindOf(name string) (*kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return nil, fault.Newf(fault.NotFound, "There is no table %q.", name)
}

func text(name, label string, words ...string) field {
	return field{remote.TableField{Name: name, Label: label}, words}
}

func day(name, label string, words ...string) field {
	return field{remote.TableField{Name: name, Label: label, Formats: dayFormats}, words}
}

func amount(name, label string, words ...string) field {
	return field{remote.TableField{Name: name, Label: label, Formats: numberFormats}, words}
}

func (f field) needed() field { f.Required = true; return f }
func (f field) fixed() field  { f.Fixable = true; return f }
func (f field) line() field   { f.Line = true; return f }

// Fields that most tables have.
var (
	company = text("company", "Client company: its key", "company", "companyid", "companykey", "companyno", "customer", "customerid", "customerno", "customernumber", "client", "clientid", "account", "accountid",
		"kunde", "kundennr", "kundennummer", "kundenid", "debitor", "debitorennr", "debitorennummer", "mandant", "firma", "societe", "codeclient", "numeroclient", "numerodeclient", "nclient").needed()
	created = day("created", "Created", "created", "createdat", "createdon", "opened", "date", "erstellt", "erstelltam", "angelegt", "angelegtam", "datum", "cree", "creele", "datecreation", "ouvertle")
	updated = day("updated", "Last changed", "updated", "updatedat", "modified", "modifiedat", "changed", "lastchanged", "lastmodified", "geandert", "geandertam", "aktualisiert", "modifie", "modifiele", "datemodification")
	deleted = text("deleted", "Deleted: yes takes the record away", "deleted", "isdeleted", "removed", "geloscht", "loschkennzeichen", "supprime")
	status  = text("status", "Status", "status", "state", "zustand", "statut", "etat").fixed()
	title   = text("title", "Title", "title", "subject", "description", "betreff", "titel", "bezeichnung", "objet", "titre", "libelle")
	url     = text("url", "Address in your system, for staff", "url", "link", "weblink", "lien")
)

func key(label string, words ...string) field {
	return text("key", label, append(words, "id", "key", "uid", "schlussel", "identifiant", "cle")...).needed()
}

// money are the fields of a document with amounts.
var money = []field{
	text("currency", "Currency: EUR, CHF …", "currency", "currencycode", "wahrung", "waehrung", "devise", "monnaie").needed().fixed(),
	amount("total", "Total, with tax", "total", "gross", "grosstotal", "amount", "invoicetotal", "brutto", "bruttobetrag", "gesamt", "gesamtbetrag", "rechnungsbetrag", "betrag", "ttc", "montantttc", "totalttc", "montant").needed(),
	amount("net", "Net", "net", "netamount", "subtotal", "netto", "nettobetrag", "ht", "montantht", "totalht"),
	amount("tax", "Tax", "tax", "taxamount", "vat", "vatamount", "steuer", "mwst", "ust", "mwstbetrag", "steuerbetrag", "tva", "montanttva"),
}

// positions are the fields of one line of a document.
var positions = []field{
	text("line_text", "Line: text", "linetext", "linedescription", "item", "itemdescription", "article", "artikel", "artikelbezeichnung", "position", "positionstext", "leistung", "designation", "ligne").line(),
	amount("line_quantity", "Line: quantity", "quantity", "qty", "linequantity", "quantit", "menge", "anzahl", "qte").line(),
	text("line_unit", "Line: unit", "unit", "lineunit", "einheit", "unite").line(),
	amount("line_price", "Line: price of one", "price", "unitprice", "lineprice", "preis", "einzelpreis", "prix", "prixunitaire").line(),
	amount("line_net", "Line: net", "linenet", "linetotal", "lineamount", "positionsbetrag", "positionnetto", "gesamtpreis", "montantligne").line(),
	amount("line_tax", "Line: tax", "linetax", "linevat", "positionssteuer", "tvaligne").line(),
	text("line_tax_name", "Line: rate of tax", "taxrate", "vatrate", "taxcode", "steuersatz", "mwstsatz", "ustsatz", "steuerschlussel", "tauxtva").line(),
}

func list(groups ...any) []field {
	var out []field
	for _, g := range groups {
		switch f := g.(type) {
		case field:
			out = append(out, f)
		case []field:
			out = append(out, f...)
		}
	}
	return out
}

// kinds are the tables, in the order in which they are read and shown.
var kinds = []*kind{
	{name: "companies", kind: record.KindAccount, files: []string{"compan", "customer", "client", "account", "kunde", "firm", "debitor", "societe", "entreprise"}, build: account, fields: list(
		key("Key: what other files call it", "companyid", "companyno", "customerid", "customerno", "customernumber", "clientid", "kundennr", "kundennummer", "debitor", "debitorennr", "debitorennummer", "number", "no", "nr", "nummer", "codeclient", "numeroclient", "numerodeclient"),
		text("name", "Name", "name", "companyname", "customername", "company", "customer", "client", "firma", "firmenname", "kunde", "kundenname", "nom", "raisonsociale", "societe").needed(),
		text("domains", "Mail domains", "domain", "domains", "maildomain", "emaildomain", "website", "webseite", "domaine"),
		text("tax_id", "Tax number", "taxid", "taxnumber", "vatid", "vatnumber", "ustid", "ustidnr", "steuernummer", "siren", "siret", "numerotva"),
		text("branch_of", "Branch of: key", "parent", "parentid", "branchof", "headoffice", "mutter", "zentrale", "maison"), url, created, updated, deleted)},
	{name: "contacts", kind: record.KindContact, files: []string{"contact", "person", "people", "ansprechpartner", "kontakt"}, build: contact, fields: list(
		key("Key: a number, or the mail address", "contactid", "contactno", "kontaktid", "kontaktnr", "personid", "idcontact"), company,
		text("name", "Name", "name", "fullname", "contactname", "displayname", "ansprechpartner", "kontakt", "nom", "nomcomplet").needed(),
		text("email", "Mail address", "email", "mail", "emailaddress", "mailadresse", "emailadresse", "courriel", "adressemail"),
		text("phone", "Telephone", "phone", "telephone", "phonenumber", "tel", "telefon", "telefonnummer"),
		text("disabled", "No longer there", "disabled", "inactive", "inaktiv", "inactif"), url, created, updated, deleted)},
	{name: "tickets", kind: record.KindTicket, files: []string{"ticket", "request", "incident", "case", "vorgang", "anfrag", "storung", "demande"}, build: ticket, fields: list(
		key("Key", "ticketid", "requestid", "caseid", "vorgangsid", "iddemande"), company,
		text("number", "Number, as people say it", "number", "no", "ticketno", "ticketnumber", "nr", "nummer", "ticketnr", "ticketnummer", "numero"),
		text("subject", "Subject", "subject", "title", "summary", "betreff", "titel", "objet", "sujet").needed(),
		status.needed(), text("priority", "Priority", "priority", "prioritat", "prio", "priorite"), text("queue", "Queue", "queue", "team", "group", "gruppe", "abteilung", "file", "service"),
		text("requester_name", "Who asked: name", "requester", "requestername", "contact", "contactname", "melder", "ansprechpartner", "demandeur"),
		text("requester_email", "Who asked: mail address", "requesteremail", "contactemail", "email", "meldermail", "emaildemandeur"),
		text("assignee_name", "Who handles it", "assignee", "assignedto", "owner", "agent", "technician", "bearbeiter", "zustandig", "technici", "assignea"),
		day("due", "Due", "due", "duedate", "dueat", "fallig", "falligam", "frist", "echeance"), day("resolved", "Solved", "resolved", "resolvedat", "closed", "closedat", "gelost", "gelostam", "erledigtam", "resolule"),
		url, created, updated, deleted)},
	{name: "assets", kind: record.KindAsset, files: []string{"asset", "device", "hardware", "inventar", "inventory", "gerate", "materiel"}, build: asset, fields: list(
		key("Key", "assetid", "deviceid", "inventarid", "geratid"), company,
		text("name", "Name", "name", "assetname", "devicename", "bezeichnung", "geratename", "nom").needed(),
		text("tag", "Tag", "tag", "assettag", "inventorynumber", "inventarnr", "inventarnummer", "etiquette"), text("model", "Model", "model", "modell", "typ", "modele"),
		text("serial", "Serial number", "serial", "serialno", "serialnumber", "seriennr", "seriennummer", "numerodeserie"), text("category", "Category", "category", "type", "kategorie", "categorie"),
		status, text("location", "Place", "location", "site", "standort", "ort", "lieu", "site"),
		text("held_by_name", "Held by: name", "heldby", "user", "assignedto", "benutzer", "nutzer", "utilisateur"), text("held_by_email", "Held by: mail address", "useremail", "benutzermail", "emailutilisateur"),
		day("warranty_until", "Warranty until", "warranty", "warrantyuntil", "warrantyend", "garantie", "garantiebis", "fingarantie"), url, created, updated, deleted)},
	{name: "invoices", kind: record.KindInvoice, files: []string{"invoice", "bill", "rechnung", "facture"}, build: invoice, fields: list(
		key("Invoice number or key", "invoiceid", "invoiceno", "invoicenumber", "number", "no", "rechnungsnr", "rechnungsnummer", "belegnr", "belegnummer", "nr", "nummer", "numero", "numerofacture", "numerodefacture"), company,
		text("number", "Number, as people say it, if the key is another"), money,
		amount("balance", "Still owed", "balance", "open", "openamount", "outstanding", "due", "amountdue", "offen", "offenerbetrag", "saldo", "restbetrag", "solde", "resteapayer"),
		status, title, text("reference", "The client’s own number", "reference", "po", "ponumber", "customerreference", "referenz", "bestellnr", "bestellnummer", "ihrzeichen", "referenceclient"),
		day("issued", "Date", "date", "issued", "invoicedate", "issuedate", "datum", "rechnungsdatum", "belegdatum", "datefacture"),
		day("due", "Due", "due", "duedate", "fallig", "falligam", "falligkeit", "falligkeitsdatum", "zahlbarbis", "echeance", "dateecheance"),
		text("credit", "Credit note: yes or no", "credit", "creditnote", "iscredit", "gutschrift", "avoir"), text("contract", "Contract: key", "contract", "contractid", "vertrag", "vertragsnr", "contrat"),
		positions, url, updated, deleted)},
	{name: "payments", kind: record.KindPayment, files: []string{"payment", "zahlung", "paiement", "reglement"}, build: payment, fields: list(
		key("Key", "paymentid", "paymentno", "zahlungsnr", "zahlungsid", "idpaiement"), company,
		money[0], amount("amount", "Amount", "amount", "paid", "betrag", "zahlbetrag", "montant").needed(), day("paid", "Paid on", "date", "paidon", "paymentdate", "datum", "zahlungsdatum", "datepaiement"),
		text("invoice", "Of the invoice: key", "invoice", "invoiceno", "invoicenumber", "rechnung", "rechnungsnr", "rechnungsnummer", "facture", "numerofacture"),
		text("reference", "Reference", "reference", "referenz", "verwendungszweck"), text("method", "How", "method", "paymentmethod", "zahlungsart", "mode", "moyen"), status, url, updated, deleted)},
	{name: "quotes", kind: record.KindQuote, files: []string{"quote", "offer", "estimate", "angebot", "devis", "offre"}, build: quote, fields: list(
		key("Quote number or key", "quoteid", "quoteno", "quotenumber", "number", "angebotsnr", "angebotsnummer", "nr", "nummer", "numero", "numerodevis", "numerodedevis"), company,
		text("number", "Number, as people say it, if the key is another"), money, status, title,
		day("issued", "Date", "date", "issued", "quotedate", "datum", "angebotsdatum", "datedevis"), day("valid_until", "Valid until", "validuntil", "expires", "expiry", "gultigbis", "valablejusque"),
		positions, url, updated, deleted)},
	{name: "contracts", kind: record.KindContract, files: []string{"contract", "agreement", "subscription", "vertrag", "vertrage", "contrat", "abonnement"}, build: contract, fields: list(
		key("Key", "contractid", "contractno", "vertragsnr", "vertragsnummer", "numerocontrat", "numerodecontrat"), company,
		text("number", "Number, as people say it", "number", "no", "nr", "nummer", "numero"), text("name", "Name", "name", "contractname", "title", "bezeichnung", "vertrag", "nom", "intitule").needed(),
		text("type", "Kind of contract", "type", "art", "vertragsart", "typ"), status, text("terms", "Terms", "terms", "conditions", "bedingungen", "bemerkung"),
		text("currency", "Currency: EUR, CHF …", money[0].words...).fixed(), amount("value", "Value in a period", "value", "amount", "price", "betrag", "wert", "preis", "montant", "valeur"), text("period", "Period", "period", "billingcycle", "zeitraum", "turnus", "periode").fixed(),
		amount("included", "Included in a period", "included", "inklusive", "kontingent", "inclus"), amount("used", "Used in the period", "used", "verbraucht", "utilise"), text("unit", "Of what: hours …", "unit", "einheit", "unite").fixed(),
		day("start", "Begins", "start", "startdate", "begin", "beginn", "vertragsbeginn", "debut", "datedebut"), day("end", "Last day", "end", "enddate", "ende", "vertragsende", "laufzeitbis", "fin", "datefin"),
		day("renewal", "Renews", "renewal", "renewaldate", "verlangerung", "renouvellement"), day("notice", "Notice by", "notice", "noticeby", "kundigungbis", "kundigungsfrist", "preavis"), url, updated, deleted)},
	{name: "projects", kind: record.KindProject, files: []string{"project", "matter", "projekt", "mandat", "projet", "dossier"}, build: project, fields: list(
		key("Key", "projectid", "projectno", "projektnr", "projektnummer", "numeroprojet", "numerodeprojet"), company,
		text("number", "Number, as people say it", "number", "no", "nr", "nummer", "numero"), text("name", "Name", "name", "projectname", "title", "projekt", "bezeichnung", "nom", "projet").needed(),
		status, text("text", "Description", "description", "text", "beschreibung"), text("manager_name", "Led by", "manager", "lead", "projectmanager", "leiter", "projektleiter", "responsab"),
		day("start", "Begins", "start", "startdate", "beginn", "debut"), day("due", "To be done by", "due", "duedate", "end", "enddate", "ende", "fallig", "echeance", "fin"),
		amount("done", "Percent done", "done", "progress", "percent", "fortschritt", "avancement"), url, updated, deleted)},
	{name: "documents", kind: record.KindDocument, files: []string{"document", "dokument", "file", "datei", "fichier"}, build: document, fields: list(
		key("Key", "documentid", "dokumentid", "fileid", "docid"), company,
		text("file", "File beside the table: reports/may.pdf", "file", "filename", "path", "datei", "dateiname", "pfad", "fichier", "nomfichier", "chemin").needed(),
		text("name", "Name, if not the file’s", "name", "title", "titel", "bezeichnung", "nom", "titre"), text("folder", "Folder to show it in", "folder", "category", "ordner", "kategorie", "categorie"),
		text("revision", "Revision", "revision", "version"), text("project", "Project: key", "project", "projectid", "projekt", "projet"), text("author_name", "Author", "author", "verfasser", "auteur"), url, created, updated, deleted)},
	{name: "events", kind: record.KindEvent, files: []string{"event", "appointment", "calendar", "termin", "wartung", "evenement"}, build: event, fields: list(
		key("Key", "eventid", "appointmentid", "terminid", "idevenement"), company,
		text("title", "Title", "title", "subject", "name", "betreff", "titel", "termin", "titre", "objet").needed(), day("start", "Begins", "start", "startdate", "begin", "date", "beginn", "datum", "debut").needed(),
		day("end", "Ends; of whole days, the last one", "end", "enddate", "ende", "fin"), text("text", "Description", "description", "text", "beschreibung"), text("type", "Kind of event", "type", "art", "typ"),
		status, text("location", "Place", "location", "place", "ort", "lieu"), url, updated, deleted)},
}
