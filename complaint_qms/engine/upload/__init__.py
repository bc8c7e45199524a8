"""Files that strangers send: what they really are, and what they tell of the place where they were taken.

file_type    photo, video, sound or PDF, read off the content; everything else is refused
pdf          programs and other files in a PDF, also in its packed objects
photo_place  the place taken out of a photo or video, in the file itself
"""

from complaint_qms.engine.upload.file_type import FileType, file_type
from complaint_qms.engine.upload.photo_place import remove_place

__all__ = ["FileType", "file_type", "remove_place"]
