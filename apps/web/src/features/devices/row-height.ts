/** All rows are of one height, so that the list knows where each of them is. */
export const ROW_HEIGHT_PX = 53
