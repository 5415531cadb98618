package tryton

import (
	"time"

	"portico/sync/action"
	"portico/sync/record"
	"portico/sync/remote"
)

// Names of settings.
const (
	fieldAddress  = "url"
	fieldDatabase = "database"
	fieldUser     = "user"
	fieldPassword = "password"
	fieldCompany  = "company"
	fieldMethod   = "payment_method"
)

func spec() remote.Spec {
	s := remote.Spec{
		ID: "tryton", Name: "Tryton", Category: "accounting",
		Description: "Invoices, credit notes, payments, subscriptions and serial-numbered devices of a Tryton ERP. Payments are recorded there.",
		Fields: []remote.Field{
			{Name: fieldAddress, Label: "Address", Type: remote.URLField, Required: true,
				Help: "Where the Tryton server answers, without the database: https://erp.example.com."},
			{Name: fieldDatabase, Label: "Database", Type: remote.TextField, Required: true, Pattern: `^[^/?#\s]+$`,
				Help: "Its name as people choose it when they sign in to Tryton."},
			{Name: fieldUser, Label: "User", Type: remote.TextField, Required: true,
				Help: "The login of a user made for Portico, in the groups Account, Sales and Stock."},
			{Name: fieldPassword, Label: "Password", Type: remote.SecretField, Required: true,
				Help: "Of that user."},
			{Name: fieldCompany, Label: "Company", Type: remote.TextField,
				Help: "Which of your companies in Tryton, by its name. Leave it empty when the user has only one."},
			{Name: fieldMethod, Label: "Payment method", Type: remote.TextField,
				Help: "Under which of Tryton's payment methods payments from Portico are booked. Leave it empty when there is only one."},
		},
		Actions: []remote.ActionSpec{{
			Kind: action.PaymentRecord, Label: "Record a payment of an invoice",
			Timeout: time.Minute, Grace: 2 * time.Minute, MaxText: 2000,
		}},
	}
	for _, st := range streams {
		s.Streams = append(s.Streams, st.spec)
	}
	return s
}

// daily is how a stream is described that changes during the day and whose
// deletions are looked for every night.
func daily(name string, every time.Duration, kinds ...record.Kind) remote.Stream {
	return remote.Stream{Name: name, Kinds: kinds, Every: every, Census: 24 * time.Hour, FreshFor: 3*every + time.Minute, Sweep: true, Incremental: true}
}
