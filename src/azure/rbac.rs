//! Azure role-based access control: roles, assignments, deny assignments, conditions. Pure, compiled once.
