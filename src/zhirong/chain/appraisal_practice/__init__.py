"""The practice of appraisal: records of values, agencies and appraisers, assignment, and conduct."""
