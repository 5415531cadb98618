package ui

import "portico/sync/record"

// Total is what a document comes to.
type Total struct {
	Currency        string
	Net, Tax, Total record.Decimal
	Lines           []record.Line
}

// rates are the taxes by rate where the lines say so, else the tax of the whole.
func (t Total) rates(c *Chrome) []record.TaxRate {
	if t.Tax == "" {
		return nil
	}
	rates := record.TaxRates(t.Lines, t.Tax)
	if len(rates) == 0 {
		return []record.TaxRate{{Name: c.T("money.tax"), Tax: t.Tax}}
	}
	for i := range rates {
		if rates[i].Name == "" {
			rates[i].Name = c.T("money.tax")
		}
	}
	return rates
}

// quantity says how many at which price: "58 seats at €54.00".
func quantity(c *Chrome, l record.Line, currency string) string {
	if l.Quantity == "" {
		return ""
	}
	text := c.Amount(string(l.Quantity))
	if l.Unit != "" {
		text += " " + l.Unit
	}
	if l.Price != "" {
		return c.T("money.at", text, c.Money(string(l.Price), currency))
	}
	return text
}
