package run

import "portico/sync/record"

// Relocation is what moves when two accounts become one, or one becomes two.
type Relocation struct {
	From, Into record.AccountInfo // Into.ID is zero for an account that is made by it
	Companies  []RelocatedCompany
	Records    []KindCount
	Members    []RelocatedPerson
	Requests   int // what people asked for, and became settled
	Unsettled  int // on its way, or waits for a person: nothing moves before it is none
	Open       int // approvals that nobody has decided
	Decided    int
	// Of the account, when it is merged.
	Invitations, Staff, Endpoints, Keys, Branches int
}

// RelocatedCompany is a company of a connected system.
type RelocatedCompany struct {
	Connection record.ConnectionID
	System     string
	Key, Name  string
	Leaves     bool
}

// KindCount counts records.
type KindCount struct {
	Kind  record.Kind
	Count int
}

// RelocatedPerson is a member of the account that something leaves.
type RelocatedPerson struct {
	ID, Name, Email, Role string
	Already               bool // a member of the other account, too: keeps the role there
	Suggested             bool // a contact of what leaves
	Leaves                bool
}

// Split says which companies leave an account, and who goes with them.
type Split struct {
	From      record.AccountID
	Into      record.AccountInfo // without an ID it is made, by its Name
	Companies []RelocatedCompany // Connection and Key
	People    []string           // ids of members
}
