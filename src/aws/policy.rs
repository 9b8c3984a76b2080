//! IAM policies: documents, conditions, evaluation.
