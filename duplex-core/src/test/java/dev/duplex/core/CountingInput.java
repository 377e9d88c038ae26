package dev.duplex.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;

/** Bytes received, of which it counts how many are read or written however they are: work shown without a clock. */
final class CountingInput extends UnpooledHeapByteBuf {
    long touched;

    CountingInput(byte[] bytes) {
        super(UnpooledByteBufAllocator.DEFAULT, bytes.length, bytes.length);
        writeBytes(bytes);
        touched = 0;
    }

    @Override
    protected byte _getByte(int index) {
        touched++;
        return super._getByte(index);
    }

    @Override
    protected short _getShort(int index) {
        touched += Short.BYTES;
        return super._getShort(index);
    }

    @Override
    protected int _getInt(int index) {
        touched += Integer.BYTES;
        return super._getInt(index);
    }

    @Override
    protected long _getLong(int index) {
        touched += Long.BYTES;
        return super._getLong(index);
    }

    @Override
    public byte getByte(int index) {
        touched++;
        return super.getByte(index);
    }

    @Override
    public long getLong(int index) {
        touched += Long.BYTES;
        return super.getLong(index);
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf target, int targetIndex, int length) {
        touched += length;
        return super.getBytes(index, target, targetIndex, length);
    }

    @Override
    public ByteBuf getBytes(int index, byte[] target, int targetIndex, int length) {
        touched += length;
        return super.getBytes(index, target, targetIndex, length);
    }

    @Override
    public ByteBuf setByte(int index, int value) {
        touched++;
        return super.setByte(index, value);
    }

    @Override
    public ByteBuf setLong(int index, long value) {
        touched += Long.BYTES;
        return super.setLong(index, value);
    }
}
