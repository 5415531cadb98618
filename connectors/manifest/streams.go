package manifest

import "portico/sync/record"

// Fetch is a list in the system: where it is, how it is paged.
type Fetch struct {
	Request Request `json:"request"`
	Items   Expr    `json:"items"`
	Paging  *Paging `json:"paging"`
	// Beside are what an answer holds beside its items, by name. A lookup has none.
	Beside map[string]*Beside `json:"beside"`
}

// Stream is one kind of thing that is pulled.
type Stream struct {
	Name        string       `json:"-"`
	Every       Duration     `json:"every"`
	FreshFor    Duration     `json:"fresh_for"`
	Fetch                    // absent for a stream of children
	Incremental *Incremental `json:"incremental"`
	Delta       *Delta       `json:"delta"`
	ForEach     *ForEach     `json:"for_each"`
	// Requests are joined before Emit; later ones see the items of earlier ones.
	Requests []Join  `json:"requests"`
	Emit     []*Emit `json:"emit"`
	Census   *Census `json:"census"`
	// Read overrides query parameters to read single records again; it sees "ids".
	Read map[string]Template `json:"read"`
	// ByID reads single records where the list cannot be asked for them.
	ByID *ByID `json:"by_id"`
	// Tables are those that the stream's expressions use.
	Tables []string `json:"-"`
	// Tree follows the folders in which the items lie.
	Tree *Tree `json:"tree"`
}

// Parents is what a stream of children emits from that makes records of the parents
// themselves: it needs no request.
const Parents = "parents"

// ForEach makes a stream of children: it is read for each changed parent.
type ForEach struct {
	Stream string `json:"stream"`
	// Batch is how many parents one round of requests covers ("parents").
	Batch int `json:"batch"`
}

// Join is one of several requests whose answers belong together.
type Join struct {
	Name string `json:"name"`
	Fetch
	// When skips the request if it is false: the list is then empty.
	When Expr `json:"when"`
	// Index makes the list a map from this key to its items.
	Index Expr `json:"index"`
}

// Emit makes records of one kind from items.
type Emit struct {
	Kind record.Kind `json:"kind"`
	From string      `json:"from"` // name of a joined request, or Parents; "" is the stream's own
	// Each is a list inside the item: a record is made of each of its entries,
	// which is "item" then, and the item around it "parent".
	Each Expr `json:"each"`
	Keep Expr `json:"keep"`
	// Let names values that the other expressions of this record use.
	Let Lets `json:"let"`
	// Deleted says that the item is a tombstone: all that is read of it is its key.
	Deleted    Expr            `json:"deleted"`
	Key        Expr            `json:"key"`
	Version    Expr            `json:"version"`
	Company    Expr            `json:"company"`
	Parent     Expr            `json:"parent"`
	ParentKind record.Kind     `json:"parent_kind"`
	URL        Expr            `json:"url"`
	Created    Expr            `json:"created"`
	Updated    Expr            `json:"updated"`
	Map        map[string]Expr `json:"map"`
	Custom     *Custom         `json:"custom"`
	// Fields is Map in the order of Shape(Kind); an unset one is empty.
	Fields []Expr `json:"-"`
}

// Tombstone reports whether every item of this kind is one.
func (e *Emit) Tombstone() bool { return e.Deleted.Source == "true" }

// Let is one named value.
type Let struct {
	Name  string
	Expr  Expr
	Place Place // in a frame
}

// Census asks only which records exist.
type Census struct {
	Every Duration            `json:"every"`
	Query map[string]Template `json:"query"` // overrides of the stream's request
	Sweep bool                `json:"sweep"`
}
