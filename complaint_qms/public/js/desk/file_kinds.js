// Which kind of evidence a file is, by the end of its name.

const PHOTO = /\.(png|jpe?g|gif|webp|bmp|svg|heic)(\?|$)/i;
const VIDEO = /\.(mp4|webm|mov|m4v|ogv)(\?|$)/i;
const AUDIO = /\.(mp3|wav|ogg|m4a|aac)(\?|$)/i;

export function kind_of(file) {
	if (PHOTO.test(file)) return "photo";
	if (VIDEO.test(file)) return "video";
	if (AUDIO.test(file)) return "audio";
	return "document";
}
