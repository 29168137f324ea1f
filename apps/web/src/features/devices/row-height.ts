/** All rows have one height, so that the position of each is known. */
export const ROW_HEIGHT_PX = 53
