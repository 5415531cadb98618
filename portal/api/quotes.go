package api

import (
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/record"
)

// Quote is an offer as a list shows it. Amounts are exact decimal text in its
// currency.
type Quote struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number"`
	Title  string `json:"title,omitempty"`
	Status
	Currency   string    `json:"currency" doc:"ISO 4217."`
	Net        string    `json:"net,omitempty"`
	Tax        string    `json:"tax,omitempty"`
	Total      string    `json:"total"`
	Issued     string    `json:"issued,omitempty" format:"date"`
	ValidUntil string    `json:"valid_until,omitempty" format:"date" doc:"Its last day."`
	Expired    bool      `json:"expired" doc:"That day is over everywhere."`
	Updated    time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Fact
}

// WholeQuote is a quote with its lines and files.
type WholeQuote struct {
	Quote
	Customs
	Version string `json:"version" doc:"Send it as base with a decision, which is then refused when the quote has changed."`
	Digest  string `json:"digest" doc:"Fingerprint of everything that is offered: send it with a decision, which is then refused when any of that has changed."`
	Lines   []Line `json:"lines"`
	Files   []File `json:"files"`
}

// Contract is an agreement as a list shows it.
type Contract struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number,omitempty"`
	Name   string `json:"name"`
	Type   string `json:"type,omitempty"`
	Status
	Currency string    `json:"currency,omitempty" doc:"ISO 4217."`
	Value    string    `json:"value,omitempty" doc:"Exact decimal text, for each period."`
	Period   string    `json:"period,omitempty" doc:"month, year, or the source's words."`
	Included string    `json:"included,omitempty" doc:"Units in the current period."`
	Used     string    `json:"used,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Start    string    `json:"start,omitempty" format:"date"`
	End      string    `json:"end,omitempty" format:"date" doc:"Its last day."`
	Renewal  string    `json:"renewal,omitempty" format:"date" doc:"When it renews by itself."`
	Notice   string    `json:"notice,omitempty" format:"date" doc:"The last day to give notice."`
	Updated  time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Fact
}

// WholeContract is a contract with its terms and files.
type WholeContract struct {
	Contract
	Customs
	Terms string `json:"terms,omitempty"`
	Files []File `json:"files"`
}

type quoteList struct {
	Quotes []Quote `json:"quotes"`
	Next   string  `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type contractList struct {
	Contracts []Contract `json:"contracts"`
	Next      string     `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

func (a *API) quoteDoors() []Door {
	const quote, contract = inAccount + "/quotes/{quote}", inAccount + "/contracts/{contract}"
	return []Door{
		{Method: http.MethodGet, Path: inAccount + "/quotes", Scope: apikey.QuotesRead, Name: "listQuotes", Summary: "List quotes",
			Text: "The newest first.", Query: stateQuery{}, Status: http.StatusOK, Out: quoteList{}, handle: a.listQuotes},
		{Method: http.MethodGet, Path: quote, Scope: apikey.QuotesRead, Name: "readQuote", Summary: "Read a quote", Text: "With its lines and files.",
			Status: http.StatusOK, Out: WholeQuote{}, handle: a.readQuote},
		{Method: http.MethodGet, Path: quote + "/files/{file}", Scope: apikey.QuotesRead, Name: "downloadQuoteFile", Summary: "Download a file of a quote",
			Status: http.StatusOK, Out: Bytes{}, handle: func(r *http.Request, c Caller) (any, error) {
				return a.fileOf(r, c, record.KindQuote, "quote")
			}},
		{Method: http.MethodGet, Path: inAccount + "/contracts", Scope: apikey.ContractsRead, Name: "listContracts", Summary: "List contracts",
			Text: "The newest change first.", Query: stateQuery{}, Status: http.StatusOK, Out: contractList{}, handle: a.listContracts},
		{Method: http.MethodGet, Path: contract, Scope: apikey.ContractsRead, Name: "readContract", Summary: "Read a contract", Text: "With its terms and files.",
			Status: http.StatusOK, Out: WholeContract{}, handle: a.readContract},
		{Method: http.MethodGet, Path: contract + "/files/{file}", Scope: apikey.ContractsRead, Name: "downloadContractFile", Summary: "Download a file of a contract",
			Status: http.StatusOK, Out: Bytes{}, handle: func(r *http.Request, c Caller) (any, error) {
				return a.fileOf(r, c, record.KindContract, "contract")
			}},
	}
}

func (a *API) quoteOf(d record.Detail) (Quote, error) {
	b, err := bodyAs[record.Quote](d)
	return Quote{ID: d.ID.String(), Number: b.Number, Title: b.Title, Status: statusOf(d.Row), Currency: b.Currency, Net: string(b.Net), Tax: string(b.Tax),
		Total: string(b.Total), Issued: dayOf(b.Issued), ValidUntil: dayOf(b.ValidUntil), Expired: b.Expired(a.o.Now()), Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func (a *API) listQuotes(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindQuote), a.quoteOf)
	return quoteList{list, next}, err
}

func (a *API) readQuote(r *http.Request, c Caller) (any, error) {
	d, body, err := readOne[record.Quote](a, r, c, "quote")
	if err != nil {
		return nil, err
	}
	out := WholeQuote{Customs: customsOf(d), Version: d.Base, Digest: body.Digest(), Lines: linesOf(body.Lines)}
	if out.Quote, err = a.quoteOf(d); err == nil {
		out.Files, err = a.filesOf(r, c, d.ID)
	}
	return out, err
}

func (a *API) contractOf(d record.Detail) (Contract, error) {
	b, err := bodyAs[record.Contract](d)
	return Contract{ID: d.ID.String(), Number: b.Number, Name: b.Name, Type: b.Type, Status: statusOf(d.Row), Currency: b.Currency, Value: string(b.Value),
		Period: b.Period, Included: string(b.Included), Used: string(b.Used), Unit: b.Unit, Start: dayOf(b.Start), End: dayOf(b.End),
		Renewal: dayOf(b.Renewal), Notice: dayOf(b.Notice), Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func (a *API) listContracts(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindContract), a.contractOf)
	return contractList{list, next}, err
}

func (a *API) readContract(r *http.Request, c Caller) (any, error) {
	d, body, err := readOne[record.Contract](a, r, c, "contract")
	if err != nil {
		return nil, err
	}
	out := WholeContract{Customs: customsOf(d), Terms: body.Terms}
	if out.Contract, err = a.contractOf(d); err == nil {
		out.Files, err = a.filesOf(r, c, d.ID)
	}
	return out, err
}
