package index

import "context"

// ObjectKeys calls do for the key of every object that the tenant's rows name, and of every one that is announced and perhaps
// was never made, in order. It holds one row at a time.
func ObjectKeys(ctx context.Context, s *Store, do func(key string, announced bool) error) error {
	return s.transact(ctx, s.read, s.snapshot, s.look, func(t *tx) error {
		if err := t.takeTime(ctx); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT key, 0 FROM objects WHERE tenant = $1
			UNION ALL SELECT name, 1 FROM intents WHERE tenant = $1 AND kind = 'object' ORDER BY 1`, s.tenant)
		if err != nil {
			return wrap("objects", err)
		}
		defer rows.Close()
		for rows.Next() {
			var key string
			var announced int
			if err := rows.Scan(&key, &announced); err != nil {
				return wrap("objects", err)
			}
			if err := do(key, announced == 1); err != nil {
				return err
			}
		}
		return wrap("objects", rows.Err())
	})
}
