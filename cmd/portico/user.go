package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portico/sync/access"
)

func (c *console) user() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Add, list and disable people who can sign in",
		Long: "A user is a member of a client company, with a role there, or staff of your firm.\n" +
			"Passwords are asked for, never given on the command line.",
		Example: "  portico user add ines@nordwind.example --name \"Ines Albrecht\" --account \"Nordwind Logistik GmbH\" --role owner\n  portico user list",
	}
	cmd.AddCommand(c.userAdd(), c.userList(), c.userDisable(), c.userPassword(), c.userTOTPReset())
	return group(cmd)
}

func (c *console) userAdd() *cobra.Command {
	var name, account, role, staff, file string
	cmd := &cobra.Command{
		Use:   "add EMAIL --account NAME --role ROLE | --staff ROLE",
		Short: "Add a person who can sign in",
		Long: "Adds a member of a client company (--account, --role) or one of your staff (--staff).\n" +
			"A member who exists already is given the further company.\n\n" +
			"  member roles  " + join(access.MemberRoles) + "\n" +
			"  staff roles   " + join(access.StaffRoles) + "\n\n" +
			"The password is asked for; --password-file or PORTICO_PASSWORD give it to a script.",
		Example: "  portico user add ines@nordwind.example --name \"Ines Albrecht\" --account \"Nordwind Logistik GmbH\" --role owner\n" +
			"  portico user add mara@halden.example --staff admin --password-file /run/secrets/mara",
		Args: exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrong := func(problem string) error { return usageError{problem, cmd.CommandPath()} }
			switch {
			case (account == "") == (staff == ""):
				return wrong("give either --account and --role, or --staff")
			case account != "" && !slices.Contains(access.MemberRoles, access.Role(role)):
				return wrong(fmt.Sprintf("--role %q is not one of %s", role, join(access.MemberRoles)))
			case staff != "" && role != "":
				return wrong("--role is for members; --staff already says the role")
			case staff != "" && !slices.Contains(access.StaffRoles, access.Role(staff)):
				return wrong(fmt.Sprintf("--staff %q is not one of %s", staff, join(access.StaffRoles)))
			}
			password, err := c.password(file)
			if err != nil {
				return err
			}
			return c.with(func(p Program) error {
				u, err := p.AddUser(cmd.Context(), access.User{Name: name, Email: args[0], Staff: access.Role(staff)}, account, access.Role(role), password)
				if err != nil {
					return err
				}
				if !u.Created.IsZero() {
					fmt.Fprintf(c.out, "%s was there already and belongs to %s now, too; name and password stay.\n", oneLine(u.Email), oneLine(account))
					return nil
				}
				fmt.Fprintf(c.out, "Added %s.\n", oneLine(u.Email))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "the person's name")
	cmd.Flags().StringVar(&account, "account", "", "client company the person belongs to")
	cmd.Flags().StringVar(&role, "role", "", "role in that company")
	cmd.Flags().StringVar(&staff, "staff", "", "role among your staff")
	cmd.Flags().StringVar(&file, "password-file", "", "file that holds the password")
	return cmd
}

// password comes from the file, the environment or a question, in this order.
func (c *console) password(file string) (string, error) {
	if file != "" {
		return fromFile("password", file)
	}
	if p := c.env("PORTICO_PASSWORD"); p != "" {
		return p, nil
	}
	return c.asker().ask("Password")
}

func (c *console) userList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List people who can sign in",
		Long:    "Lists members and staff, with whether they may sign in.",
		Example: "  portico user list\n  portico user list --json",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(func(p Program) error {
				users, err := p.Users(cmd.Context())
				if err != nil {
					return err
				}
				var rows [][]string
				for _, u := range users {
					kind, may := "member", "may sign in"
					if u.Staff != "" {
						kind = "staff: " + string(u.Staff)
					}
					if u.Disabled {
						may = "disabled"
					}
					rows = append(rows, []string{u.Email, u.Name, kind, may})
				}
				return list(c.out, asJSON, "There is no user yet; \"portico user add EMAIL --staff admin\" makes the first.",
					[]string{"EMAIL", "NAME", "KIND", "STATE"}, rows)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func (c *console) userDisable() *cobra.Command {
	return &cobra.Command{
		Use:     "disable EMAIL",
		Short:   "End a person's sessions and refuse new ones",
		Long:    "Ends every session of the person at once and refuses new ones. Nothing they did is lost.",
		Example: "  portico user disable ines@nordwind.example",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				if err := p.DisableUser(cmd.Context(), args[0]); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s can no longer sign in.\n", oneLine(args[0]))
				return nil
			})
		},
	}
}

func (c *console) userPassword() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "password EMAIL",
		Short: "Replace a person's password",
		Long: "Replaces the password and ends every session of the person. The password is asked\n" +
			"for; --password-file or PORTICO_PASSWORD give it to a script.",
		Example: "  portico user password mara@halden.example",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := c.password(file)
			if err != nil {
				return err
			}
			return c.with(func(p Program) error {
				if err := p.SetPassword(cmd.Context(), args[0], password); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s has a new password; open sessions ended.\n", oneLine(args[0]))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&file, "password-file", "", "file that holds the password")
	return cmd
}

func (c *console) userTOTPReset() *cobra.Command {
	return &cobra.Command{
		Use:   "totp-reset EMAIL",
		Short: "Take a person's second step away",
		Long: "Takes the second step (TOTP, RFC 6238) and the recovery codes of a person away who has lost\n" +
			"both, ends their sessions and tells them by mail. Make sure that it is them who asks:\n" +
			"afterwards a password or a mail alone signs them in, and they set up a new one.",
		Example: "  portico user totp-reset mara@halden.example",
		Args:    exactly("EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(func(p Program) error {
				if err := p.ResetSecondStep(cmd.Context(), args[0]); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s signs in without a second step now; open sessions ended.\n", oneLine(args[0]))
				return nil
			})
		},
	}
}

func join(roles []access.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}
