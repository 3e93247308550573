package importfile

import (
	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
)

// order is what a line says is to be done about its phones.
type order struct {
	action authmethod.Action
	sms    authmethod.Verb
	// removeEmpty is set where the phones are removed that the line has no number for.
	removeEmpty bool
}

// read reads the cells. In those of IdentityMan's script an update takes the place of
// another number, and a removal is of the phones that the line leaves empty; see
// https://github.com/IdentityMan/AzureAD.
func (o *order) read(c *orderCells) (problems []authmethod.Problem) {
	action, known := heading.ParseAction(c.Action)
	if !known {
		problems = append(problems, authmethod.CodeActionUnknown.Problem(quoted(heading.Trim(c.Action))))
	}
	if action != authmethod.AsTheRun {
		o.action = action
	}
	yes := func(k heading.Key, cell string) authmethod.Verb {
		verb, known := heading.ParseSwitch(cell)
		if !known {
			problems = append(problems, authmethod.CodeSwitchUnknown.Problem(k.String(), quoted(heading.Trim(cell))))
		}
		return verb
	}
	o.sms = yes(heading.SMSSignIn, c.SMSSignIn)
	if yes(heading.ForcedUpdate, c.ForcedUpdate) == authmethod.EnableSMS && o.action == authmethod.AsTheRun {
		o.action = authmethod.Upsert
	}
	o.removeEmpty = yes(heading.ForcedRemoval, c.ForcedRemoval) == authmethod.EnableSMS && o.action != authmethod.Skip
	return problems
}

// addRemovals adds the rows of a line that removes phones and names no number: of the
// type that it names, of those that the file has columns for, or else of all.
func (b *builder) addRemovals(c *common, r *cells) {
	if b.columns.Long {
		b.addRow(c, phone{heading.PhoneNumber, heading.None, "", r.PhoneType})
		return
	}
	kinds := b.phones
	if len(kinds) == 0 {
		kinds = []heading.Key{heading.Mobile, heading.AlternateMobile, heading.Office}
	}
	for _, k := range kinds {
		b.addRow(c, phone{k, b.columns.At[k], "", ""})
	}
}
