package api

import (
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/fault"
	"portico/sync/record"
)

// Asset is a device or licence as a list shows it.
type Asset struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number,omitempty" doc:"Its tag, else its model."`
	Name   string `json:"name"`
	Status
	HeldBy        string    `json:"held_by,omitempty"`
	WarrantyUntil time.Time `json:"warranty_until,omitzero"`
	Updated       time.Time `json:"updated_at,omitzero"`
	Fact
}

// WholeAsset is an asset with everything that is known of it.
type WholeAsset struct {
	Asset
	Tag      string `json:"tag,omitempty"`
	Model    string `json:"model,omitempty"`
	Serial   string `json:"serial,omitempty"`
	Category string `json:"category,omitempty"`
	Location string `json:"location,omitempty"`
	Holder   Person `json:"holder,omitzero"`
	Customs
}

type assetList struct {
	Assets []Asset `json:"assets"`
	Next   string  `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type assetQuery struct {
	Updated time.Time `query:"updated_since" doc:"Only what changed then or later, by the source's clock."`
	Search  string    `query:"search" doc:"Words in number, name and holder."`
	paging
}

func (a *API) assetDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: inAccount + "/assets", Scope: apikey.AssetsRead, Name: "listAssets", Summary: "List assets",
			Query: assetQuery{}, Status: http.StatusOK, Out: assetList{}, handle: a.listAssets},
		{Method: http.MethodGet, Path: inAccount + "/assets/{asset}", Scope: apikey.AssetsRead, Name: "readAsset", Summary: "Read an asset",
			Status: http.StatusOK, Out: WholeAsset{}, handle: a.readAsset},
	}
}

func (a *API) assetOf(r record.Row) Asset {
	return Asset{ID: r.ID.String(), Number: r.Number, Name: r.Title, Status: statusOf(r), HeldBy: r.Person, WarrantyUntil: r.Due.UTC(), Updated: r.Updated.UTC(), Fact: a.fact(r.Stamp)}
}

func (a *API) listAssets(r *http.Request, c Caller) (any, error) {
	var q assetQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	page, err := a.list(r, c, q.paging, record.Query{Kind: record.KindAsset, Since: q.Updated, Search: q.Search, Sort: record.SortTitle})
	if err != nil {
		return nil, err
	}
	out := assetList{Assets: make([]Asset, len(page.Rows)), Next: a.next(r, c, page.Next)}
	for i, row := range page.Rows {
		out.Assets[i] = a.assetOf(row)
	}
	return out, nil
}

func (a *API) readAsset(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	id, err := idOf(r, "asset")
	if err != nil {
		return nil, err
	}
	d, err := a.o.Records.Detail(r.Context(), c.Scope, c.Account, record.KindAsset, id)
	if err != nil {
		return nil, err
	}
	b, ok := d.Body.(record.Asset)
	if !ok {
		return nil, fault.New(fault.Internal, "")
	}
	return WholeAsset{Asset: a.assetOf(d.Row), Tag: b.Tag, Model: b.Model, Serial: b.Serial, Category: b.Category, Location: b.Location, Holder: Person(b.HeldBy), Customs: customsOf(d)}, nil
}
