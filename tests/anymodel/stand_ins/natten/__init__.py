"""Neighbourhood attention in plain torch, where natten, which is built for CUDA, cannot be had."""
