"""The clients of Bedrock, Vertex AI and Foundry. What a request looks like there stands in `tercet.platforms`."""
