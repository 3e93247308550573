package graphsim

import (
	"maps"
	"slices"
	"strings"

	"entraphone/internal/graphsim/directory"
)

// listMembers is https://learn.microsoft.com/graph/api/group-list-transitivemembers
// for users. That a kind in the path makes it an advanced query is documented, and
// not how Graph refuses one without, so that none is refused here.
func (s *Simulator) listMembers(x *exchange, c *call) (answer, *refusal) {
	var group string
	for id := range maps.Keys(s.config.Groups) {
		if strings.EqualFold(id, c.target.id) {
			group = id
		}
	}
	if group == "" {
		return answer{}, notFound(c.target.id)
	}
	var refs []directory.Ref
	for _, key := range s.config.Groups[group] {
		if a, found := s.find(key); found && s.exists(a.ref) {
			refs = append(refs, a.ref)
		}
	}
	slices.Sort(refs)
	page := c.options.page(slices.Values(slices.Compact(refs)), s.property)
	members := make([]map[string]any, 0, len(page.refs))
	for _, ref := range page.refs {
		members = append(members, s.shownUser(c, ref))
	}
	return x.list(c, "users"+c.options.selection(), page, members), nil
}
