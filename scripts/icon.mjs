// Draws media/icon.png, which the marketplace wants as PNG, from media/icon.svg.
import sharp from 'sharp';

await sharp('media/icon.svg').resize(256, 256).png({ compressionLevel: 9, palette: true }).toFile('media/icon.png');
