"""The desk of appraisal agencies, and the pages of formal appraisals for firms and lenders."""
