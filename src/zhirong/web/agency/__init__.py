"""The desk of appraisal agencies, and what firms and lenders see of formal appraisals."""
